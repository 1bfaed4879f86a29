import { sessionHandlers } from "@fleet/web/session/session-handler";

export const { GET, POST } = sessionHandlers("business");
