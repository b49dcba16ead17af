import { globSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import {
  defineConfig,
  type TestProjectInlineConfiguration,
  type TestUserConfig,
  type ViteUserConfig,
} from 'vitest/config'

// `import` is not among them: what is required would be given its ES modules.
const conditions = ['source', 'node', 'module', 'default']

const root = import.meta.dirname

/** What single projects need beside what all share. */
const special: Readonly<Record<string, TestUserConfig>> = {
  dialer: { globalSetup: [join(root, 'packages/dialer/test/postgres.ts')] },
  mock: { isolate: false },
  'test-contract': { testTimeout: 120_000 },
}

/** Every package is a project, named after its folder. */
const projects = [...globSync('{packages,apps}/*/package.json', { cwd: root }), 'scripts/package.json']
  .map((path) => dirname(path))
  .map(
    (folder): TestProjectInlineConfiguration => ({
      extends: true,
      root: join(root, folder),
      test: { name: basename(folder), ...special[basename(folder)] },
    }),
  )

const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects,
    include: ['**/*.test.ts'],
    // A machine may be busy; a test that waits for ever still fails.
    maxConcurrency: 12,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    setupFiles: [join(root, 'vitest.setup.ts')],
    reporters: ['default', 'json'],
    // A package's script runs in its own folder; the gate reads the report there.
    outputFile: { json: join(process.cwd(), '.report/test.json') },
    restoreMocks: true,
    unstubGlobals: true,
    unstubEnvs: true,
  },
})

export default config
