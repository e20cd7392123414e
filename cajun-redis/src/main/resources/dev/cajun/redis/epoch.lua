#!lua flags=allow-oom
-- The next epoch of a node that owns every shard.
-- KEYS[1]: meta. ARGV[1]: the highest epoch of any fence
local last = tonumber(redis.call('HGET', KEYS[1], 'epoch') or '0')
if not last then
  return redis.error_reply('CORRUPT the last epoch is no number')
end
local epoch = math.max(last, tonumber(ARGV[1])) + 1
if epoch >= 9007199254740992 then
  return redis.error_reply('CORRUPT no epoch is left')
end
redis.call('HSET', KEYS[1], 'epoch', string.format('%.0f', epoch))
return epoch
