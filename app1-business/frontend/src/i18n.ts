import { requestConfig } from "@fleet/web/i18n/request";

import { messages } from "./messages";

export default requestConfig(messages);
