//! Which endpoints a run is about: the candidates, the fallback, the baselines.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::trace::{Endpoint, EndpointIx, Tier, TraceInfo};

/// What a person says about roles; what is not said comes from the trace's `[defaults]`, then from tiers.
#[derive(Debug, Clone, Default)]
pub struct RoleNames {
    /// The endpoints that savings are measured against.
    pub baselines: Vec<String>,
    /// Where misrouted and unsolved queries go.
    pub fallback: Option<String>,
    /// The endpoints that may serve instead of the fallback.
    pub local: Vec<String>,
}

/// The endpoints that a routing policy chooses among: candidates and one fallback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pool {
    /// Where misrouted and unsolved queries go.
    pub fallback: EndpointIx,
    /// The endpoints that may serve instead, in the trace's order.
    pub local: Vec<EndpointIx>,
    /// Candidates and fallback in the trace's order, which breaks ties.
    pub all: Vec<EndpointIx>,
}

/// The checked roles of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// What savings are measured against.
    pub baselines: Vec<EndpointIx>,
    /// One pool for each fallback. Without a fallback of its own each baseline is a fallback too.
    pub pools: Vec<Pool>,
}

impl Pool {
    fn new(local: &[EndpointIx], fallback: EndpointIx) -> Self {
        let local: Vec<EndpointIx> = local.iter().copied().filter(|&endpoint| endpoint != fallback).collect();
        let mut all = local.clone();
        all.push(fallback);
        all.sort_unstable();
        Pool { fallback, local, all }
    }

    /// Whether an endpoint is one of the candidates.
    pub fn is_local(&self, endpoint: EndpointIx) -> bool {
        self.local.contains(&endpoint)
    }
}

impl Roles {
    /// Checks names against a trace and fills in what is not said.
    ///
    /// # Errors
    /// Where a name is unknown, or no baseline is named and there is not exactly one cloud endpoint.
    pub fn resolve(info: &TraceInfo, names: &RoleNames) -> Result<Roles> {
        let look_up = |names: &[String], option: &str| -> Result<Vec<EndpointIx>> {
            let mut found = Vec::new();
            for name in names {
                let index = info.endpoint(name).map_err(|error| error.at(option).usage())? as EndpointIx;
                if !found.contains(&index) {
                    found.push(index);
                }
            }
            Ok(found)
        };
        let baselines = if names.baselines.is_empty() { &info.defaults.baseline } else { &names.baselines };
        let mut baselines = look_up(baselines, "--baseline")?;
        // A fallback of the trace's defaults does not hold against baselines of the command.
        let default_fallback = if names.baselines.is_empty() { info.defaults.fallback.clone() } else { None };
        let fallback = names.fallback.clone().or(default_fallback);
        let fallback = look_up(fallback.as_slice(), "--fallback")?.first().copied();
        if baselines.is_empty() {
            baselines = vec![match fallback {
                Some(fallback) => fallback,
                None => only_cloud(&info.endpoints)?,
            }];
        }
        let local = if names.local.is_empty() { &info.defaults.local } else { &names.local };
        let mut local = look_up(local, "--local")?;
        if local.is_empty() {
            let candidate = |endpoint: &Endpoint| endpoint.tier != Some(Tier::Cloud);
            local = (0..info.endpoints.len()).filter(|&index| candidate(&info.endpoints[index])).map(|index| index as EndpointIx).collect();
        }
        local.sort_unstable();
        let fallbacks = fallback.map_or_else(|| baselines.clone(), |fallback| vec![fallback]);
        let pools = fallbacks.into_iter().map(|fallback| Pool::new(&local, fallback)).collect();
        Ok(Roles { baselines, pools })
    }
}

fn only_cloud(endpoints: &[Endpoint]) -> Result<EndpointIx> {
    let cloud: Vec<usize> = (0..endpoints.len()).filter(|&index| endpoints[index].tier == Some(Tier::Cloud)).collect();
    if let [only] = cloud[..] {
        return Ok(only as EndpointIx);
    }
    let list = |indices: &[usize]| indices.iter().map(|&index| endpoints[index].id.as_str()).collect::<Vec<_>>().join(", ");
    let every: Vec<usize> = (0..endpoints.len()).collect();
    let (what, candidates) = if cloud.is_empty() {
        ("no endpoint is of tier `cloud`, and no baseline is named", list(&every))
    } else {
        ("several endpoints are of tier `cloud`, and no baseline is named", list(&cloud))
    };
    Err(Error::new(what).at("--baseline").allowed(candidates).hint("name what savings are measured against: `--baseline ENDPOINT`").usage())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(tiers: &[Option<Tier>]) -> TraceInfo {
        let endpoint = |(index, tier): (usize, &Option<Tier>)| Endpoint { id: format!("e{index}"), tier: *tier, ..Endpoint::default() };
        TraceInfo { endpoints: tiers.iter().enumerate().map(endpoint).collect(), ..TraceInfo::default() }
    }

    #[test]
    fn the_only_cloud_endpoint_is_baseline_and_fallback() -> Result<()> {
        let roles = Roles::resolve(&info(&[Some(Tier::Local), Some(Tier::Cloud), None]), &RoleNames::default())?;
        assert_eq!(roles.baselines, [1]);
        assert_eq!(roles.pools, [Pool { fallback: 1, local: vec![0, 2], all: vec![0, 1, 2] }]);
        Ok(())
    }

    #[test]
    fn several_baselines_make_a_pool_each() -> Result<()> {
        let trace = info(&[Some(Tier::Local), Some(Tier::Cloud), Some(Tier::Cloud)]);
        assert!(Roles::resolve(&trace, &RoleNames::default()).is_err_and(|error| error.is_usage()));
        let names = RoleNames { baselines: vec!["e1".into(), "e2".into()], ..RoleNames::default() };
        let roles = Roles::resolve(&trace, &names)?;
        assert_eq!(roles.pools.iter().map(|pool| pool.fallback).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(roles.pools[1].all, [0, 2]);
        let one = Roles::resolve(&trace, &RoleNames { fallback: Some("e2".into()), ..names })?;
        assert_eq!((one.pools.len(), one.pools[0].fallback), (1, 2));
        Ok(())
    }
}
