import { apiClient, apiHooks, publicClient } from "./client";
import type { paths } from "./business";

/** What is the same in both applications: everything below /user. A test compares their documents. */
export type UserPaths = {
  [Path in keyof paths as Path extends `/user/${string}` ? Path : never]: paths[Path];
};

export const userApi = apiClient<UserPaths>();
export const publicApi = publicClient<UserPaths>();
export const $user = apiHooks(userApi);
