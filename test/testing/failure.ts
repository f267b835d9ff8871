/** The message with which an assertion fails; it must. */
export async function failure(assertion: () => unknown): Promise<string> {
  try {
    await assertion();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("the assertion holds, and should not");
}
