#!lua flags=no-writes
-- Reads a later page of a journal.
-- KEYS: fence, actor, journal. ARGV: fence, sequence to start behind, records and bytes of a page
@fence
@page
local head = redis.call('HGET', KEYS[2], 'h')
if not head then
  return {}
end
if head and #head ~= 33 then
  return redis.error_reply('CORRUPT the head has ' .. #head .. ' bytes')
end
local from = tonumber(ARGV[2]) - struct.unpack('>I8', string.sub(head, 25, 32))
return page(KEYS[3], math.max(0, from), 3)
