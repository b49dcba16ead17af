import { mergeConfig, type ViteUserConfig } from 'vitest/config'
import root from '../../vitest.config.ts'

const config: ViteUserConfig = mergeConfig(root, {
  test: { globalSetup: [new URL('test/postgres.ts', import.meta.url).pathname] },
})

export default config
