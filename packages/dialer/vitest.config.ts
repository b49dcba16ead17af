import { mergeConfig, type ViteUserConfig } from 'vitest/config'
import root from '../../vitest.config.ts'

const config: ViteUserConfig = mergeConfig(root, { test: { globalSetup: ['test/postgres.ts'] } })

export default config
