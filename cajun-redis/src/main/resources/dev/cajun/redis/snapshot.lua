#!lua
-- Replaces an actor's state by a snapshot and removes the records it covers.
-- KEYS: fence, actor, journal, ids. ARGV: fence, sequence, id, state
@fence
local head = redis.call('HGET', KEYS[2], 'h')
if head and #head ~= 33 then
  return redis.error_reply('CORRUPT the head has ' .. #head .. ' bytes')
end
local found = head and string.sub(head, 17, 24) or '\0\0\0\0\0\0\0\0'
if found ~= ARGV[2] then
  return 'S' .. found
end
if head then
  local flags = string.byte(head, 33)
  if flags >= 8 then
    redis.call('DEL', KEYS[3])
  elseif flags % 8 < 4 then
    redis.call('ZADD', KEYS[4], 0, ARGV[3])
  end
  redis.call('HSET', KEYS[2], 'h', string.sub(head, 1, 24) .. found .. string.char(flags % 4 + 4), 'v', ARGV[4])
end
return 1
