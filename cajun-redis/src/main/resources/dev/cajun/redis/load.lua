#!lua flags=no-writes
-- Reads an actor and the first page of its journal.
-- KEYS: fence, actor, journal, ids. ARGV: fence, id, records and bytes of a page
@fence
@page
local fields = redis.call('HGETALL', KEYS[2])
if #fields == 0 and (redis.call('EXISTS', KEYS[3]) == 1 or redis.call('ZSCORE', KEYS[4], ARGV[2])) then
  return redis.error_reply('CORRUPT what is known to be stored is missing')
end
return { fields, page(KEYS[3], 0, 3), redis.call('LLEN', KEYS[3]) }
