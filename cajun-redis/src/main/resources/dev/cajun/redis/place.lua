#!lua flags=allow-oom
-- Takes or keeps the place of the one process that owns every shard; answers who has it.
-- KEYS[1]: the place. ARGV: the process, milliseconds to keep it, or 0 to leave it
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return holder
end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return ARGV[1]
