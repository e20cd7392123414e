#!lua flags=no-writes
-- Answers how far actors are: batch and sequence of each, nothing for one that was never written.
-- KEYS: fence, actors. ARGV: fence
@fence
local found = {}
for i = 2, #KEYS do
  local head = redis.call('HGET', KEYS[i], 'h')
  found[i - 1] = head and string.sub(head, 1, 24) or ''
end
return found
