#!lua flags=no-writes
-- The actors with tells to send.
-- KEYS: fence, wake set. ARGV: fence
@fence
return redis.call('SMEMBERS', KEYS[2])
