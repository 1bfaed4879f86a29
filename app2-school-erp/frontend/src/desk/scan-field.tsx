import { TextInput } from "@mantine/core";
import { type ReactNode, type Ref, type SubmitEvent, useState } from "react";

interface Props {
  label: string;
  description: string;
  icon: ReactNode;
  onScan: (code: string) => void;
  disabled?: boolean;
  ref: Ref<HTMLInputElement>;
}

/** An input that a scanner types into: what comes before Enter is a code, and the field is empty again. */
export function ScanField({ label, description, icon, onScan, disabled = false, ref }: Props) {
  const [typed, setTyped] = useState("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const code = typed.trim();
    setTyped("");
    if (code !== "") onScan(code);
  };
  return (
    <form onSubmit={submit}>
      <TextInput
        ref={ref}
        label={label}
        description={description}
        leftSection={icon}
        size="lg"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        disabled={disabled}
        autoComplete="off"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        enterKeyHint="done"
        maxLength={64}
      />
    </form>
  );
}
