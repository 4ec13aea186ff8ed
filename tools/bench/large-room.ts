export async function largeRoom(_rounds: number): Promise<void> {}
