#!lua flags=allow-oom
-- Gives a shard up; the epoch stays.
-- KEYS[1]: the fence. ARGV: the caller's fence, its epoch
@fence
redis.call('SET', KEYS[1], ARGV[2] .. ' ')
return 1
