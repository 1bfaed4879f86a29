import { FindOrganisations } from "@fleet/web/pages/asking-for-mail";

export default function Page() {
  return <FindOrganisations application="school" />;
}
