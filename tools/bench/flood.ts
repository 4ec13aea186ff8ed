export async function flood(_rounds: number): Promise<void> {}
