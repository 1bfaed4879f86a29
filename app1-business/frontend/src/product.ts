export const PRODUCT = "Business System";
