import { nextConfig } from "@fleet/web/next-config";

export default nextConfig(import.meta.dirname);
