import { gatewayHandlers } from "@fleet/web/session/gateway-handler";

export const { GET, POST, PUT, PATCH, DELETE } = gatewayHandlers("school");
