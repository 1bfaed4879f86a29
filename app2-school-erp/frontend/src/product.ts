export const PRODUCT = "School ERP";
