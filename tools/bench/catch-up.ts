export async function catchUp(_rounds: number): Promise<void> {}
