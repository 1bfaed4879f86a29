import { tenantOf } from "./settings";

afterEach(() => {
  delete process.env.FRONTEND_TENANT_DOMAIN;
});

test("a host below the tenants' domain names its tenant, any other none", () => {
  expect(tenantOf("acme.example.org")).toBeUndefined();
  process.env.FRONTEND_TENANT_DOMAIN = "example.org";
  expect(tenantOf("north-yard.example.org:3001")).toBe("north_yard");
  for (const host of ["example.org", "a.b.example.org", "acme.example.com", "acmeexample.org", null])
    expect(tenantOf(host)).toBeUndefined();
});
