export const dynamic = "force-dynamic";

/** It can render pages; what they need of the fleet is the gateway's to say. */
export function GET() {
  return Response.json({ status: "ready", release: process.env.FRONTEND_RELEASE ?? "development" });
}
