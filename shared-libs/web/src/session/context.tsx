"use client";

import { createContext, type ReactNode, useContext } from "react";

import type { SignedIn } from "./signed-in";

const Context = createContext<SignedIn | undefined>(undefined);

export function SessionProvider({ value, children }: { value: SignedIn; children: ReactNode }) {
  return <Context value={value}>{children}</Context>;
}

/** Who is signed in, and where. */
export function useSession(): SignedIn {
  const session = useContext(Context);
  if (!session) throw new Error("Only pages of signed-in people have a session");
  return session;
}

/** Whether who is signed in may do something; the fleet decides, this only spares them a refusal. */
export function useAllowed(): (permission: string) => boolean {
  const { user } = useSession();
  return (permission) => user.permissions.includes(permission);
}
