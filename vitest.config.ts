import { defineConfig, type ViteUserConfig } from 'vitest/config'

// Every package runs `vitest run --config ../../vitest.config.ts` in its own folder: one configuration, many roots.
// `import` is not among them: what is required would be given its ES modules.
const conditions = ['source', 'node', 'module', 'default']

const config: ViteUserConfig = defineConfig({
  root: process.cwd(),
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['**/*.test.ts'],
    // A machine may be busy; a test that waits for ever still fails.
    maxConcurrency: 12,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    setupFiles: [new URL('vitest.setup.ts', import.meta.url).pathname],
    reporters: ['default', 'json'],
    outputFile: { json: '.report/test.json' },
    restoreMocks: true,
    unstubGlobals: true,
    unstubEnvs: true,
  },
})

export default config
