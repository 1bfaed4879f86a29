/** End the session here, and go to where another begins. */
export async function signOut(): Promise<void> {
  await fetch("/api/session/logout", { method: "POST" });
  location.assign("/login");
}
