package dev.graft.method;

import dev.graft.model.Merge;
import dev.graft.model.Site;
import java.util.Optional;

/** A form that is linear in what it reads, so that what stands beside it can take it up. */
interface LinearForm extends Form {
    /** How the tensors at a site take up {@code scale} times this form; empty where the site has none that could. */
    Optional<Merge> merge(Site site, double scale);
}
