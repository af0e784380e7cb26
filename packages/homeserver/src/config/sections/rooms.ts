import { templatesComplaint } from '../room-templates.ts';
import { mapping, section } from '@hearth/kit';

const doc = `What people find when they make rooms.

A template is a preset of your own: clients name it as \`preset\` when they create a room, and find all of them under
\`hearth.room_templates\` in the capabilities. It builds on one of the presets of Matrix; what the request itself says goes before what the
template says, event by event and power level by power level.

\`\`\`yaml
rooms:
  templates:
    announcements:
      preset: public_chat
      visibility: public
      power_levels:
        events_default: 50
      state:
        - type: m.room.history_visibility
          content: { history_visibility: world_readable }
        - type: m.room.topic
          content: { topic: What is new here }
\`\`\``;

export const rooms = section({
  title: 'Rooms',
  doc,
  settings: {
    templates: mapping({
      default: {},
      doc: 'Templates by name, each with any of `preset`, `visibility` (`public`: in the list of public rooms; else `private`), `power_levels` and `state`, as in the example. Only in the file.',
      check: templatesComplaint,
    }),
  },
});
