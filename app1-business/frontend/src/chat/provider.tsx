"use client";

import { problemOf } from "@fleet/web/api/fetch";
import { ApiError } from "@fleet/web/api/problem";
import { useSession } from "@fleet/web/session/context";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";

import { api } from "@/api";

import { ChatClient } from "./client/client";
import type { ChatState } from "./client/store";

const Context = createContext<ChatClient | undefined>(undefined);

/** Chat, connected for as long as this is shown. */
export function ChatProvider({ children }: { children: ReactNode }) {
  const { user } = useSession();
  const [client] = useState(() => new ChatClient(api, user.id, socketAddress));
  useEffect(() => {
    client.start();
    return () => {
      client.stop();
    };
  }, [client]);
  return <Context value={client}>{children}</Context>;
}

export function useChat(): ChatClient {
  const client = useContext(Context);
  if (!client) throw new Error("Only the chat page has a chat");
  return client;
}

/** A part of what is known; it must be the same object while nothing of it has changed. */
export function useChatState<Part>(part: (state: ChatState) => Part): Part {
  const { store } = useChat();
  const read = () => part(store.state);
  return useSyncExternalStore(store.subscribe, read, read);
}

/** Somebody's name; until it is known, nothing. */
export function useName(userId: string): string {
  const client = useChat();
  const person = useChatState((state) => state.people[userId]);
  useEffect(() => {
    client.meet(userId);
  }, [client, userId]);
  return person?.display_name ?? "…";
}

/** With a fresh ticket, which opens one socket. */
async function socketAddress(): Promise<string> {
  const answer = await fetch("/api/session/ws-ticket", { method: "POST" });
  if (!answer.ok) throw new ApiError(await problemOf(answer));
  const { ticket, url } = (await answer.json()) as { ticket: string; url: string };
  return `${url}/chat/ws?ticket=${encodeURIComponent(ticket)}`;
}
