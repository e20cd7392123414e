#!lua
-- What the store was created with; created now when there is nothing and there are values.
-- KEYS[1]: meta. ARGV: fields and values
local found = redis.call('HGETALL', KEYS[1])
if #found == 0 and #ARGV > 0 then
  redis.call('HSET', KEYS[1], unpack(ARGV))
  found = redis.call('HGETALL', KEYS[1])
end
return found
