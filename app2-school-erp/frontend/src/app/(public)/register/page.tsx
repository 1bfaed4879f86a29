import { Register } from "@fleet/web/pages/register";

export default function Page() {
  return <Register application="school" />;
}
