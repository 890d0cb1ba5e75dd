/**
 * The small things that a step is made of, each as a JMH benchmark.
 */
@NullMarked
package dev.graft.bench.micro;

import org.jspecify.annotations.NullMarked;
