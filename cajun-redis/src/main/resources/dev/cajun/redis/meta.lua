#!lua
-- Creates the store unless it is there; answers what it was created with.
-- KEYS[1]: meta. ARGV: fields and values
local found = redis.call('HGETALL', KEYS[1])
if #found == 0 then
  redis.call('HSET', KEYS[1], unpack(ARGV))
  found = redis.call('HGETALL', KEYS[1])
end
return found
