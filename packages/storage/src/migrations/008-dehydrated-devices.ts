import type { Migration } from './migration.ts';

/** Devices that hold a place for one that is to come: its owner's encrypted copy of them. */
export const dehydratedDevices: Migration = {
  number: 8,
  name: 'dehydrated-devices',
  statements: ['CREATE TABLE dehydrated_devices (usr {number} PRIMARY KEY, device_id {text} NOT NULL, data {text} NOT NULL)'],
  oldest: 1,
};
