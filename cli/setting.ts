/** A variable of the environment; one that holds nothing but space is none. */
export function setting(name: string): string | undefined {
  const value = process.env[name]?.trim()
  return value === '' ? undefined : value
}
