import { statfsSync } from 'node:fs'
import { DialerLedgerError } from '../../errors.ts'

/** Linux's magic numbers (statfs(2)) of file systems on other machines, whose locks cannot be trusted. */
const network = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x0bd00bd0, 'Lustre'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x47504653, 'GPFS'],
  [0x786f4256, 'VirtualBox shared folders'],
  [0xbacbacbc, 'VMware shared folders'],
])

/** @throws DialerLedgerError `NETWORK_DISK` the folder is on another machine; noticed on Linux, and of UNC paths on Windows */
export function assertLocalDisk(
  folder: string,
  typeOf: (folder: string) => number = (path) => statfsSync(path).type,
  platform: NodeJS.Platform = process.platform,
): void {
  const name =
    platform === 'linux'
      ? network.get(typeOf(folder) >>> 0)
      : platform === 'win32' && folder.startsWith('\\\\')
        ? 'a network share'
        : undefined
  if (!name) return
  throw new DialerLedgerError(
    'NETWORK_DISK',
    `${folder} is on ${name}, where locks cannot be trusted: keep the ledger on a local disk, or use Postgres`,
  )
}
