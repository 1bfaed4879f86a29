/** The frontend's settings, read when they are needed: one build runs everywhere. */
export const settings = {
  /** Where this server reaches the gateway. */
  get gateway(): string {
    return process.env.FRONTEND_GATEWAY_URL ?? "http://127.0.0.1:8080";
  },
  /** Where browsers reach the gateway, for WebSockets alone. */
  get sockets(): string {
    return process.env.FRONTEND_SOCKETS_URL ?? "ws://127.0.0.1:8080";
  },
  /** acme.example.org is tenant acme where this is example.org. */
  get tenantDomain(): string | undefined {
    return process.env.FRONTEND_TENANT_DOMAIN;
  },
};

/** The tenant that a host names, as the gateway reads it: `north-yard` is tenant `north_yard`. */
export function tenantOf(host: string | null): string | undefined {
  const below = settings.tenantDomain && `.${settings.tenantDomain}`;
  const name = host?.split(":")[0] ?? "";
  const label = below && name.endsWith(below) ? name.slice(0, -below.length) : "";
  return label === "" || label.includes(".") ? undefined : label.replaceAll("-", "_");
}
