import { firstSchema } from './001-first-schema.ts'
import { recentCalls } from './002-recent-calls.ts'
import type { Migration } from './dialect.ts'

/** The numbered changes of the schema; each is applied once, in order. Never edit a released one: add another. */
export const migrations: readonly Migration[] = [firstSchema, recentCalls]
