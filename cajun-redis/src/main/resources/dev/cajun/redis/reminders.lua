#!lua flags=no-writes
-- The earliest reminders: all have the score 0, so that they are sorted by their bytes.
-- KEYS: fence, reminders. ARGV: fence, where to start, how many
@fence
return redis.call('ZRANGE', KEYS[2], ARGV[2], '+', 'BYLEX', 'LIMIT', 0, ARGV[3])
