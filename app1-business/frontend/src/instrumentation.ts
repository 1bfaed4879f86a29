export async function register() {
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { noteClientAddresses } = await import("@fleet/web/session/client-address");
    noteClientAddresses();
  }
}
