/** What the fleet answered, where it is not read by a hook; a refusal has thrown before. */
export async function dataOf<Data>(answer: Promise<{ data?: Data }>): Promise<Data> {
  return (await answer).data as Data;
}
