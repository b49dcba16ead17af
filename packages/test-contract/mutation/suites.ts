/**
 * The suites of the contract that a mutant must get past, `terms` last, as it repeats the spec by hand; after them the type tests.
 *
 * A suite belongs here if it runs in one process within a second or two, with what `tests.ts` offers of vitest.
 */
export const suites: readonly string[] = ['mock', 'terms'].map((name) => `../contract/${name}.test.ts`)
