import type { paths } from "@fleet/web/api/business";
import { apiClient, apiHooks } from "@fleet/web/api/client";

export const api = apiClient<paths>();

/** Hooks: `$api.useQuery("get", "/user/me")`. */
export const $api = apiHooks(api);
