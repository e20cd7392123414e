package dev.cajun.sample;

/**
 * A transfer went on. Published after it was written, on the node that the transfer lives
 * on.
 *
 * @param transfer the transfer's id
 * @param phase what it is at now
 */
record TransferEvent(String transfer, Transfer.Phase phase) {

}
