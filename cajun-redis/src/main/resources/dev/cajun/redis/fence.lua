-- Refuses whoever is not the shard's owner. KEYS[1]: the fence, 'epoch owner'. ARGV[1]: the caller's
local fence = redis.call('GET', KEYS[1])
if fence ~= ARGV[1] then
  return 'F' .. (fence or '')
end
