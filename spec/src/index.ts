export type { $defs, components, operations, paths, webhooks } from './schema.ts'
