/**
 * Probability distributions over batches: parameters are tensors that broadcast, and every element of the batch is a distribution of one
 * number (or class) of its own. Log-probabilities and entropies are in nats, one per element: those of a vector with independent
 * entries, such as a diagonal Gaussian or an action, are sums over its dimension, {@code normal.logProbability(x).sum(-1)}.
 * Draws come from the generator that is passed in, in amounts that depend on shapes alone.
 */
package dev.tenfold.nn.probability;
