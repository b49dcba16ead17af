/** A call as the service sends it for a create, without its id. */
export const sampleCall = {
  agent_id: null,
  agent_version_id: null,
  status: 'dialing',
  type: 'outbound',
  contact: {
    id: '2f6d9b74-1c1f-4d0e-8a5b-93f0c7e4d502',
    created_date: '2026-03-02T09:14:05Z',
    identifier: '+34612345678',
    contact_type: 'call',
  },
  phone_register_id: null,
  created_date: '2026-07-22T10:00:00Z',
}
