package dev.cajun.redis;

/**
 * The names of an actor's keys.
 *
 * @param id its id, as a member of sets
 * @param state its hash
 * @param journal its journal
 */
record ActorKeys(byte[] id, byte[] state, byte[] journal) {

}
