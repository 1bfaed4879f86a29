"use client";

export { ErrorPage as default } from "@fleet/web/ui/error-page";
