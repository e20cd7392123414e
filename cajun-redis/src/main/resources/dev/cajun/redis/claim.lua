#!lua flags=allow-oom
-- Takes a shard; only raises.
-- KEYS[1]: the fence. ARGV: epoch, owner, '1' when the shard was claimed before
local found = redis.call('GET', KEYS[1])
if not found then
  if ARGV[3] == '1' then
    return 'L'
  end
  found = ''
else
  local epoch, owner = string.match(found, '^(%d+) (.*)$')
  if not epoch then
    return redis.error_reply('CORRUPT the fence is \'' .. found .. '\'')
  end
  local wanted, highest = tonumber(ARGV[1]), tonumber(epoch)
  if wanted < highest or (wanted == highest and owner ~= ARGV[2]) then
    return 'R' .. found
  end
end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2])
return 'C' .. found
