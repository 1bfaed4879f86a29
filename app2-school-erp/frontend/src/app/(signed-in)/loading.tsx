export { PageSkeleton as default } from "@fleet/web/ui/page-skeleton";
