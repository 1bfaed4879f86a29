export { AuditLog as default } from "@fleet/web/pages/audit-log";
