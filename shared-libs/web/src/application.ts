/** As X-Application and the tokens name it. */
export type Application = "business" | "school";
